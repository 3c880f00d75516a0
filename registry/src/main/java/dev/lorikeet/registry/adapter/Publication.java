package dev.lorikeet.registry.adapter;

import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.TenantId;

/**
 * A trained adapter on its way to becoming a version.
 *
 * @param tenant whose adapter it is
 * @param adapter its name
 * @param origin the job: one job makes one version, however often it is published
 * @param files {@code adapter_model.safetensors}, {@code adapter_config.json}, whatever else belongs to it
 * @param description what it is
 */
public record Publication(
        TenantId tenant, AdapterName adapter, Origin origin, FileSet files, Description description) {}
