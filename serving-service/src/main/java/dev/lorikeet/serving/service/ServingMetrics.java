package dev.lorikeet.serving.service;

import dev.lorikeet.serving.loop.AdapterPool;
import dev.lorikeet.serving.loop.LoopObserver;
import dev.lorikeet.serving.loop.ServingCore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** Counts what happens; `lorikeet_serving_...` at `/q/metrics`. */
final class ServingMetrics implements LoopObserver, AdapterPool.Observer {
    private static final String PREFIX = "lorikeet.serving.";

    private final MeterRegistry registry;
    private final Timer steps;
    private final DistributionSummary rows;
    private final Counter fed;
    private final Counter generated;
    private final Counter failedSteps;
    private final Timer firstToken;
    private final Timer loads;
    private final Counter failedLoads;
    private final Counter evictions;

    ServingMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.steps = registry.timer(PREFIX + "step");
        this.rows = registry.summary(PREFIX + "step.rows");
        this.fed = registry.counter(PREFIX + "tokens.processed");
        this.generated = registry.counter(PREFIX + "tokens.generated");
        this.failedSteps = registry.counter(PREFIX + "step.failures");
        this.firstToken = Timer.builder(PREFIX + "time.to.first.token")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofMinutes(1))
                .register(registry);
        this.loads = registry.timer(PREFIX + "adapter.load");
        this.failedLoads = registry.counter(PREFIX + "adapter.load.failures");
        this.evictions = registry.counter(PREFIX + "adapter.evictions");
    }

    void watch(ServingCore core) {
        registry.gauge(PREFIX + "requests.waiting", core, c -> c.loop().queued());
        registry.gauge(PREFIX + "requests.running", core, c -> c.loop().running());
        registry.gauge(PREFIX + "calls", core, ServingCore::calls);
        registry.gauge(PREFIX + "adapters.resident", core, c -> c.pool().ready().size());
        registry.gauge(PREFIX + "adapters.bytes", core, c -> c.pool().usedBytes());
        registry.gauge(PREFIX + "adapters.leases", core, c -> c.pool().leases());
        registry.gauge(PREFIX + "adapters.waiting", core, c -> c.pool().waiting());
    }

    @Override
    public void stepped(int stepRows, int fedTokens, int newTokens, Duration took) {
        steps.record(took);
        rows.record(stepRows);
        fed.increment(fedTokens);
        generated.increment(newTokens);
    }

    @Override
    public void firstToken(Duration since) {
        firstToken.record(since);
    }

    @Override
    public void stepFailed() {
        failedSteps.increment();
    }

    @Override
    public void loaded(Duration took) {
        loads.record(took);
    }

    @Override
    public void loadFailed() {
        failedLoads.increment();
    }

    @Override
    public void evicted() {
        evictions.increment();
    }
}
