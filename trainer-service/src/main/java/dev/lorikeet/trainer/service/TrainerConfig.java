package dev.lorikeet.trainer.service;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/** The trainer itself. */
@ConfigMapping(prefix = "lorikeet.trainer")
public interface TrainerConfig {
    /** Its id: unique among trainers, the same in every life of this one. */
    @WithDefault("trainer-1")
    String id();

    /** Attempts that run at once; they share the device, so more than 1 pays on large GPUs only. */
    @WithDefault("1")
    int slots();

    /** How often it says that it lives; a third of the scheduler's lease or less. */
    @WithDefault("3s")
    Duration heartbeatEvery();

    /** Least time between two progress reports of an attempt; those in between are left out. */
    @WithDefault("250ms")
    Duration progressPause();

    /** Folder for what an attempt needs on the local disk; emptied of attempts at start. */
    @WithDefault("${java.io.tmpdir}/lorikeet-trainer/${lorikeet.trainer.id}")
    Path scratch();

    /** How often an operation on the object store is tried before the attempt fails. */
    @WithDefault("5")
    int storeTries();

    /** Pause after the first failure of the object store; the n-th pause is n times as long. */
    @WithDefault("1s")
    Duration storePause();

    /** Most values that a job may train; one that would train more is refused. Each takes about 24 bytes meanwhile. */
    @WithDefault("200000000")
    long maxTrainedParameters();

    /** How long a shutdown waits for running attempts to checkpoint and for the last reports. */
    @WithDefault("30s")
    Duration shutdownPatience();
}
