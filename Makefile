# The verbs that people know, as thin aliases of ./weir, which is the real interface.
# What a verb needs beyond Weir itself (prometheus, mosquitto_sub) it says when it is missing.
.DEFAULT_GOAL := help
.PHONY: help build full-setup run demo test status health logs clean kafka-topics kafka-raw kafka-decoded \
  mqtt-monitor db-params db-timescale monitoring-up monitoring-down monitoring-logs backup

DATA_DIR ?= $(or $(WEIR_DATA_DIR),data/demo)
MQTT_PORT ?= $(or $(WEIR_MQTT_PORT),1883)
HTTP_PORT ?= $(or $(WEIR_HTTP_PORT),8080)
PROMETHEUS_PORT ?= 9090
RUN := $(DATA_DIR)/run
ARGS ?=

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 20

build: ## build, when the sources are newer than the build
	@./weir --version

full-setup: build ## start the demo and Prometheus in the background
	@./deploy/background claim $(DATA_DIR)
	@mkdir -p $(RUN)
	@./deploy/background start $(RUN)/weir env WEIR_DATA_DIR=$(DATA_DIR) ./weir demo
	@./deploy/background await http://127.0.0.1:$(HTTP_PORT)/health/ready $(RUN)/weir
	@$(MAKE) --no-print-directory monitoring-up
	@cat $(RUN)/weir.log

run: ## start the platform in the foreground
	./weir run

demo: ## start the demo in the foreground
	./weir demo

test: ## run every test
	./weir test

status: ## one screen: parts, rates, lag, books, devices, deliveries, disk
	@./weir status $(ARGS)

health: ## the parts, with what is wrong
	@./weir status --health $(ARGS)

logs: ## the log lines of what full-setup started
	@tail -n 50 $(ARGS) $(RUN)/weir.log

monitoring-logs: ## the log lines of Prometheus
	@tail -n 50 $(ARGS) $(RUN)/prometheus.log

clean: ## stop what full-setup started and delete its data, but no backup
	@./deploy/background stop $(RUN)/prometheus
	@./deploy/background stop $(RUN)/weir
	@./deploy/background wipe $(DATA_DIR)

kafka-topics: ## list the topics of the log
	@./weir topics list $(ARGS)

kafka-raw: ## follow the raw messages
	@./weir topics tail iot.raw $(ARGS)

kafka-decoded: ## follow the decoded and enriched messages
	@./weir topics tail iot.enriched $(ARGS)

mqtt-monitor: ## follow everything that is published over MQTT
	@command -v mosquitto_sub >/dev/null || { echo "needs mosquitto_sub (package mosquitto-clients)" >&2; exit 69; }
	@mosquitto_sub -p $(MQTT_PORT) -t '#' -v $(ARGS)

db-params: ## the decoding parameters of the registry
	@./weir get /api/decoding-parameters $(ARGS)

db-timescale: ## the newest stored events
	@./weir get "/api/events?limit=20" $(ARGS)

backup: ## back the data up while it runs
	@./weir backup $(ARGS)

monitoring-up: ## start Prometheus with our alerts
	@./deploy/background claim $(DATA_DIR)
	@mkdir -p $(RUN)
	@command -v prometheus >/dev/null || { echo "needs prometheus (package prometheus)" >&2; exit 69; }
	@mkdir -p $(RUN)/prometheus-config
	@cp deploy/prometheus/alerts.yml $(RUN)/prometheus-config/
	@sed -e 's/127.0.0.1:8080/127.0.0.1:$(HTTP_PORT)/' -e 's/127.0.0.1:9090/127.0.0.1:$(PROMETHEUS_PORT)/' \
	  deploy/prometheus/prometheus.yml >$(RUN)/prometheus-config/prometheus.yml
	@./deploy/background start $(RUN)/prometheus prometheus --config.file=$(RUN)/prometheus-config/prometheus.yml \
	  --storage.tsdb.path=$(RUN)/tsdb --web.listen-address=127.0.0.1:$(PROMETHEUS_PORT)
	@./deploy/background await http://127.0.0.1:$(PROMETHEUS_PORT)/-/ready $(RUN)/prometheus
	@echo "Prometheus is at http://127.0.0.1:$(PROMETHEUS_PORT); Grafana reads deploy/grafana"

monitoring-down: ## stop Prometheus, and delete what it kept
	@./deploy/background stop $(RUN)/prometheus
	@rm -rf $(RUN)/tsdb $(RUN)/prometheus-config
