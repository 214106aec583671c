package weir.subscriber;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.device.FieldError;

class CallbackUrlsTest {

  private final CallbackUrls urls = new CallbackUrls(SubscriberSettings.defaults());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:7f00:1]/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://169.254.169.254/latest",
        "http://[fd00:ec2::254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:7f00:1::]/",
        "http://localhost./",
        "http://localhost/",
        "http://user@8.8.8.8/",
        "http://8.8.8.8@127.0.0.1/",
        "file:///etc/passwd",
        "http://8.8.8.8:22/",
        "ftp://8.8.8.8/",
        "http:///nohost",
        "http://8.8.8.8/#fragment",
        "not a url",
        "http://0177.0.0.1/",
        "http://127.1/"
      })
  void refusesWhatMustNotBeCalledWithOneNeutralText(String url) {
    assertThat(urls.errors("callback_url", url))
        .as(url)
        .containsExactly(new FieldError("callback_url", CallbackUrls.WRONG));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://8.8.8.8/hook",
        "http://my-service-host.invalid/api/callback",
        "https://1.1.1.1:8443/a?b=c"
      })
  void takesWhatMayBeCalled(String url) {
    assertThat(urls.errors("callback_url", url)).as(url).isEmpty();
  }
}
