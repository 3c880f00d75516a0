package dev.lorikeet.serving.service;

import dev.lorikeet.serving.config.CredentialsConfig;
import dev.lorikeet.tenancy.credential.Credentials;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Opens the credentials file. */
final class CredentialsProducer {
    private CredentialsProducer() {}

    @Produces
    @Singleton
    static Credentials credentials(CredentialsConfig config) {
        return Credentials.open(config.file());
    }
}
