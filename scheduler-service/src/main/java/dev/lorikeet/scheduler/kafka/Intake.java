package dev.lorikeet.scheduler.kafka;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.request.RequestRules;
import dev.lorikeet.tenancy.credential.Credentials;
import java.time.Duration;

/**
 * What is taken in, and how it is checked.
 *
 * @param credentials prove who sends a request
 * @param rules of requests
 * @param datasets where inline examples are put
 * @param versions where a job is looked up before it fails
 * @param perTenantTopics whether each tenant's own topic of requests is read too, which broker ACLs must protect
 * @param storePatience how long a request may wait for the object store before it is deferred
 */
public record Intake(
        Credentials credentials,
        RequestRules rules,
        DatasetStore datasets,
        PublishedVersions versions,
        boolean perTenantTopics,
        Duration storePatience) {
    public Intake {
        requireNonNull(credentials, "credentials");
        requireNonNull(rules, "rules");
        requireNonNull(datasets, "datasets");
        requireNonNull(versions, "versions");
        requireNonNull(storePatience, "storePatience");
    }

    Inputs open(KafkaSettings settings) {
        return new Inputs(
                settings,
                new Preparer(credentials, rules, datasets, settings.largestRecord()),
                perTenantTopics,
                storePatience);
    }
}
