const mails = await (await fetch("api/outbox")).json();
document.querySelector("#mails").textContent =
  mails.map((mail) => `To: ${mail.recipient}\nSubject: ${mail.subject}\n\n${mail.body}`).join("\n---\n\n") || "Nothing yet.";
