package dev.lorikeet.scheduler.kafka;

import dev.lorikeet.scheduler.decision.Inquiry;
import dev.lorikeet.scheduler.job.Outcome;
import java.util.Optional;

/** What the registry knows of versions. */
public interface PublishedVersions {
    /**
     * The version that a job made, even if it was deleted since; blocks.
     *
     * @return its figures under the inquiry's attempt; empty if there is none, or none that can be read
     * @throws DatasetStore.Unavailable if the store does not serve now
     */
    Optional<Outcome> of(Inquiry inquiry) throws DatasetStore.Unavailable;
}
