package dev.lorikeet.tenancy.credential;

import dev.lorikeet.tenancy.TenantId;

/** What a credential proved. */
public sealed interface Authentication {
    /**
     * The caller acts for a tenant.
     *
     * @param tenant the credential's tenant
     */
    record Tenant(TenantId tenant) implements Authentication {}

    /**
     * The caller stays outside.
     *
     * @param reason for people, without any part of the credential
     */
    record Refused(String reason) implements Authentication {}
}
