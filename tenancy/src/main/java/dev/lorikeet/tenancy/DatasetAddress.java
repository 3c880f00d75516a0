package dev.lorikeet.tenancy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a dataset lies: under its tenant's prefix, by the digest of its content, so that an address never changes its
 * meaning.
 *
 * @param tenant whose dataset it is
 * @param sha256 SHA-256 of the content, 64 lower-case hexadecimal digits
 */
public record DatasetAddress(TenantId tenant, String sha256) {
    private static final String FIELD = "dataset_uri";
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern RELATIVE = Pattern.compile("datasets/([0-9a-f]{64})\\.jsonl");

    /** Checks the digest's form. */
    public DatasetAddress {
        if (!SHA256.matcher(sha256).matches()) {
            throw new InvalidName(
                    InvalidName.Code.INVALID_NAME, FIELD, "is not a SHA-256 in 64 lower-case hexadecimal digits");
        }
    }

    /**
     * Reads an address that a tenant sent: {@code s3://<bucket>/tenants/<tenant>/datasets/<sha256>.jsonl}, or
     * {@code datasets/<sha256>.jsonl} under the tenant's own prefix. Nothing is decoded or normalised.
     *
     * @param uri as sent
     * @param bucket the platform's bucket
     * @param tenant who sent it
     * @throws InvalidName {@code FORBIDDEN} if it points into another tenant's prefix, {@code INVALID_NAME} if it is
     *     anything else than these two forms
     */
    public static DatasetAddress parse(String uri, String bucket, TenantId tenant) {
        String root = "s3://" + bucket + "/tenants/";
        String relative = uri;
        if (uri.startsWith(root)) {
            int end = uri.indexOf('/', root.length());
            String owner = end < 0 ? uri.substring(root.length()) : uri.substring(root.length(), end);
            if (!owner.equals(tenant.value())) {
                throw NameGrammar.matches(owner)
                        ? new InvalidName(
                                InvalidName.Code.FORBIDDEN,
                                FIELD,
                                "points into another tenant's prefix; use datasets of your own")
                        : invalid(bucket);
            }
            relative = end < 0 ? "" : uri.substring(end + 1);
        }
        Matcher matcher = RELATIVE.matcher(relative);
        if (!matcher.matches()) {
            throw invalid(bucket);
        }
        return new DatasetAddress(tenant, matcher.group(1));
    }

    /** Key of the object within the bucket. */
    public String key() {
        return "tenants/" + tenant + "/" + relative();
    }

    /** The short form that its tenant may send: {@code datasets/<sha256>.jsonl}. */
    public String relative() {
        return "datasets/" + sha256 + ".jsonl";
    }

    /** The long form: {@code s3://<bucket>/tenants/<tenant>/datasets/<sha256>.jsonl}. */
    public String uri(String bucket) {
        return "s3://" + bucket + "/" + key();
    }

    private static InvalidName invalid(String bucket) {
        return new InvalidName(
                InvalidName.Code.INVALID_NAME,
                FIELD,
                "is not a dataset's address; use s3://" + bucket
                        + "/tenants/<tenant>/datasets/<sha256>.jsonl or datasets/<sha256>.jsonl");
    }
}
