package dev.lorikeet.tenancy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DatasetAddressTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final String SHA = "0123456789abcdef".repeat(4);

    @Test
    void bothFormsMeanTheSameObject() {
        DatasetAddress address = new DatasetAddress(ACME, SHA);

        assertThat(DatasetAddress.parse(address.uri("bucket"), "bucket", ACME)).isEqualTo(address);
        assertThat(DatasetAddress.parse(address.relative(), "bucket", ACME)).isEqualTo(address);
        assertThat(address.key()).isEqualTo("tenants/acme/datasets/" + SHA + ".jsonl");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3://bucket/tenants/globex/datasets/" + "@",
                "s3://bucket/tenants/globex/",
                "s3://bucket/tenants/globex",
                "s3://bucket/tenants/acme-2/datasets/" + "@",
                "s3://bucket/tenants/globex/../acme/datasets/" + "@"
            })
    void anotherTenantsPrefixIsForbidden(String uri) {
        assertRefused(uri, InvalidName.Code.FORBIDDEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "@",
                "/datasets/@",
                "datasets/@/",
                "datasets/../datasets/@",
                "datasets/../../globex/datasets/@",
                "tenants/globex/datasets/@",
                "tenants/acme/datasets/@",
                "s3://bucket/tenants/acme/datasets/../../globex/datasets/@",
                "s3://bucket/tenants/acme/../globex/datasets/@",
                "s3://bucket/tenants/../tenants/globex/datasets/@",
                "s3://bucket/tenants//datasets/@",
                "s3://bucket/tenants/acme",
                "s3://bucket/tenants/ACME/datasets/@",
                "s3://bucket/tenants/%61cme/datasets/@",
                "s3://bucket/tenants/acme/adapters/a",
                "s3://other/tenants/acme/datasets/@",
                "s3://bucket.evil/tenants/acme/datasets/@",
                "S3://bucket/tenants/acme/datasets/@",
                "file:///etc/passwd",
                "http://169.254.169.254/latest",
                "datasets/ABCDEF.jsonl",
                "datasets/@?x=1",
                "datasets/@\n",
                " datasets/@",
                "datasets∕@"
            })
    void anythingElseIsInvalid(String uri) {
        assertRefused(uri, InvalidName.Code.INVALID_NAME);
    }

    @Test
    void upperCaseDigestsAreRefused() {
        assertRefused("datasets/" + SHA.toUpperCase(java.util.Locale.ROOT) + ".jsonl", InvalidName.Code.INVALID_NAME);
        assertThatThrownBy(() -> new DatasetAddress(ACME, "../" + SHA.substring(3)))
                .isInstanceOf(InvalidName.class);
    }

    private static void assertRefused(String template, InvalidName.Code code) {
        String uri = template.replace("@", SHA + ".jsonl");

        assertThatThrownBy(() -> DatasetAddress.parse(uri, "bucket", ACME))
                .asInstanceOf(InstanceOfAssertFactories.type(InvalidName.class))
                .satisfies(refused -> {
                    assertThat(refused.code()).isEqualTo(code);
                    assertThat(refused.field()).isEqualTo("dataset_uri");
                });
    }
}
