package dev.lorikeet.trainer.service;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.config.StoreConfig;
import dev.lorikeet.registry.config.StoreConnection;
import dev.lorikeet.registry.s3.StoreSettings;
import dev.lorikeet.trainer.attempt.Identity;
import dev.lorikeet.trainer.kafka.AdapterAnnouncer;
import dev.lorikeet.trainer.kafka.Capacity;
import dev.lorikeet.trainer.kafka.KafkaSettings;
import dev.lorikeet.trainer.kafka.SchedulerLink;
import dev.lorikeet.trainer.loop.TrainerLoop;
import dev.lorikeet.trainer.training.AttemptRunner;
import dev.lorikeet.trainer.training.Patience;
import dev.lorikeet.trainer.training.Scratch;
import dev.lorikeet.trainer.training.SizeLimit;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One life of a trainer: the base model loaded once, the object store, the loop, the link to the scheduler. Started and
 * closed by one thread each; the state can be asked from any.
 */
public final class TrainerProcess {
    private static final Logger LOG = Logger.getLogger(TrainerProcess.class);

    private final KafkaConfig kafka;
    private final StoreConfig store;
    private final BaseModelConfig baseModel;
    private final TrainerConfig trainer;
    private final MeterRegistry meters;
    private final Deque<Runnable> closers = new ConcurrentLinkedDeque<>();
    private volatile @Nullable TrainerLoop loop;
    private volatile @Nullable SchedulerLink link;
    private volatile boolean modelLoaded;

    /** A process that has not started. */
    public TrainerProcess(
            KafkaConfig kafka,
            StoreConfig store,
            BaseModelConfig baseModel,
            TrainerConfig trainer,
            MeterRegistry meters) {
        this.kafka = kafka;
        this.store = store;
        this.baseModel = baseModel;
        this.trainer = trainer;
        this.meters = meters;
    }

    /**
     * Starts; returns when the scheduler has been told.
     *
     * @throws IOException if the base model cannot be read
     * @throws IllegalArgumentException if the configuration makes no sense
     */
    public void start() throws IOException, InterruptedException {
        // Before the model, which takes longer: what is missing is said at once.
        StoreSettings where = StoreConnection.settings(store);
        Identity identity = new Identity(trainer.id(), UUID.randomUUID().toString());
        Scratch scratch = new Scratch(trainer.scratch());
        BaseModel model = loadModel();
        Registry registry = StoreConnection.connect(store, LOG::warn);
        closers.push(registry::close);
        LOG.infof("object store: %s", where);
        KafkaSettings settings = new KafkaSettings(
                kafka.bootstrapServers(),
                kafka.client(),
                kafka.createTopics(),
                trainer.heartbeatEvery(),
                trainer.progressPause());
        Capacity capacity = new Capacity(
                trainer.slots(), List.of(model.name()), deviceName(model.device()), memoryBytes(model.device()));
        LOG.infof("trainer %s: %s", identity.trainer(), capacity);
        AdapterAnnouncer announcer = new AdapterAnnouncer(settings, identity.trainer());
        closers.push(announcer::close);
        SchedulerLink opened = new SchedulerLink(settings, identity, capacity, store.bucket());
        closers.push(() -> opened.close(trainer.shutdownPatience()));
        AttemptRunner runner = new AttemptRunner(
                model,
                registry,
                announcer,
                scratch,
                new Patience(trainer.storeTries(), trainer.storePause()),
                new SizeLimit(trainer.maxTrainedParameters()));
        long zero = System.nanoTime();
        TrainerLoop started = new TrainerLoop(
                identity,
                trainer.slots(),
                runner,
                new MeteredReports(opened.reports(), meters),
                () -> Duration.ofNanos(System.nanoTime() - zero));
        meters.gauge(
                "lorikeet.trainer.attempts.held", started, each -> each.held().size());
        started.start();
        closers.push(() -> shutDown(started));
        link = opened;
        loop = started;
        opened.open(order -> started.obey(order.to(), order.order()), started::held);
    }

    private BaseModel loadModel() throws IOException {
        Path path = baseModel
                .path()
                .orElseThrow(() -> new IllegalArgumentException("lorikeet.base-model.path is not set: it names the"
                        + " base model's folder or GGUF file (`lorikeet model pull` fetches one)"));
        long begin = System.nanoTime();
        BaseModel model = BaseModel.load(
                path,
                LoadOptions.parse(baseModel.name(), baseModel.device(), baseModel.precision(), baseModel.threads()));
        closers.push(model::close);
        modelLoaded = true;
        LOG.infof(
                "base model %s loaded in %d ms from %s on %s",
                model.name(), (System.nanoTime() - begin) / 1_000_000, path, model.device());
        return model;
    }

    private static String deviceName(Device device) {
        return device.isGpu() ? "cuda:" + device.getDeviceId() : "cpu";
    }

    private static long memoryBytes(Device device) {
        if (device.isGpu()) {
            return CudaUtils.getGpuMemory(device).getMax();
        }
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
    }

    private void shutDown(TrainerLoop running) {
        try {
            if (!running.shutDown(trainer.shutdownPatience())) {
                LOG.warn("an attempt did not stop in time; the scheduler will find out by its lease");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Gives back what runs and closes everything, the last opened first. */
    public void close() {
        while (!closers.isEmpty()) {
            try {
                closers.pop().run();
            } catch (RuntimeException e) {
                LOG.error("closing failed", e);
            }
        }
    }

    /** Whether the base model is in memory. */
    public boolean modelLoaded() {
        return modelLoaded;
    }

    /** Whether orders arrive and reports go out. */
    public boolean connected() {
        SchedulerLink opened = link;
        return opened != null && opened.connected();
    }

    /** Whether the loop does not run although it was started. */
    public boolean dead() {
        TrainerLoop started = loop;
        return started != null && !started.alive();
    }
}
