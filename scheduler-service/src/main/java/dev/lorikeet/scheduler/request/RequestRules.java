package dev.lorikeet.scheduler.request;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.request.TrainingSpec.Dataset;
import dev.lorikeet.scheduler.request.TrainingSpec.Terms;
import dev.lorikeet.scheduler.request.TrainingSpec.Training;
import dev.lorikeet.scheduler.request.Violation.Code;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.InvalidName;
import dev.lorikeet.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules of a request: every field has its range, and all that is wrong is told at once, in the order of fields. */
public final class RequestRules {
    private static final int MAX_INLINE_LINES = 100_000;
    private static final int MAX_KEY = 128;
    private static final int MAX_PRIORITY = 100;
    private static final int MAX_LABELS = 32;
    private static final int MAX_LABEL_KEY = 63;
    private static final int MAX_LABEL_VALUE = 256;
    private static final int MAX_CLASSES = 1000;
    private static final int MAX_CLASS_NAME = 256;

    private final Limits limits;

    public RequestRules(Limits limits) {
        this.limits = requireNonNull(limits, "limits");
    }

    /** Everything that is wrong with a request as it was sent; empty: it can be resolved. */
    public List<Violation> check(TenantId tenant, TrainingSpec spec) {
        List<Violation> found = new ArrayList<>();
        adapter(spec.adapter(), found);
        baseModel(spec.baseModel(), found);
        dataset(tenant, spec.dataset(), found);
        spec.method().check(new Check("method." + spec.method().field() + ".", found), spec.training());
        TrainingRules.check(spec.training(), new Check("hyperparameters.", found));
        terms(spec.terms(), found);
        labels(spec, found);
        return List.copyOf(found);
    }

    /** The dataset that a valid request names by its address. */
    public DatasetAddress address(TenantId tenant, Dataset.Uri uri) {
        return DatasetAddress.parse(uri.uri(), limits.bucket(), tenant);
    }

    /**
     * A valid request as it will run: defaults filled in, its dataset an address.
     *
     * @param dataset where the examples lie by now
     * @param idempotencyKey the tenant's, or the one that stands for it
     * @param seed taken if the tenant chose none
     */
    public TrainingSpec resolve(TrainingSpec spec, DatasetAddress dataset, String idempotencyKey, long seed) {
        Terms terms = spec.terms();
        Training training = TrainingRules.resolve(spec.training(), spec.method());
        return new TrainingSpec(
                spec.adapter(),
                spec.baseModel().isEmpty() ? limits.defaultBaseModel() : spec.baseModel(),
                new Dataset.Uri(dataset.relative()),
                spec.method().resolved(training),
                training,
                new Terms(
                        terms.priority(),
                        java.util.OptionalLong.of(terms.seed().orElse(seed)),
                        java.util.Optional.of(idempotencyKey),
                        terms.metadata(),
                        terms.labels()));
    }

    private static void adapter(String adapter, List<Violation> found) {
        if (adapter.isEmpty()) {
            found.add(new Violation(Code.REQUIRED, "adapter", "name the adapter that the result is a version of"));
            return;
        }
        try {
            new AdapterName(adapter);
        } catch (InvalidName e) {
            found.add(new Violation(Code.INVALID_NAME, "adapter", e.reason()));
        }
    }

    private void baseModel(String baseModel, List<Violation> found) {
        if (!baseModel.isEmpty() && !limits.baseModels().contains(baseModel)) {
            found.add(new Violation(
                    Code.UNKNOWN_BASE_MODEL,
                    "base_model",
                    "is not offered here; use one of " + limits.baseModels() + ", or none for "
                            + limits.defaultBaseModel()));
        }
    }

    private void dataset(TenantId tenant, Dataset dataset, List<Violation> found) {
        switch (dataset) {
            case Dataset.Unset _ ->
                found.add(new Violation(Code.REQUIRED, "dataset", "give either dataset_uri or inline_examples"));
            case Dataset.Uri uri -> {
                try {
                    address(tenant, uri);
                } catch (InvalidName e) {
                    Code code = switch (e.code()) {
                        case INVALID_NAME -> Code.INVALID_VALUE;
                        case FORBIDDEN -> Code.FORBIDDEN;
                    };
                    found.add(new Violation(code, "dataset_uri", e.reason()));
                }
            }
            case Dataset.Inline inline -> inline(inline.lines(), found);
        }
    }

    private void inline(List<String> lines, List<Violation> found) {
        if (lines.isEmpty()) {
            found.add(new Violation(Code.REQUIRED, "inline_examples.lines", "has no line; give an example a line"));
        }
        if (lines.size() > MAX_INLINE_LINES) {
            found.add(tooLarge("inline_examples.lines", "has " + lines.size() + " lines", MAX_INLINE_LINES + " lines"));
        }
        long bytes = 0;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            bytes += line.getBytes(StandardCharsets.UTF_8).length + 1L;
            if (line.isBlank() || line.indexOf('\n') >= 0 || line.indexOf('\r') >= 0) {
                found.add(new Violation(
                        Code.INVALID_VALUE,
                        "inline_examples.lines[" + i + "]",
                        "must be one JSON document without line breaks"));
                break;
            }
        }
        if (bytes > limits.maxInlineBytes()) {
            found.add(tooLarge(
                    "inline_examples.lines",
                    "has " + bytes + " bytes",
                    limits.maxInlineBytes() + " bytes; upload larger sets and send their dataset_uri"));
        }
    }

    private static void terms(Terms terms, List<Violation> found) {
        if (Math.abs((long) terms.priority()) > MAX_PRIORITY) {
            found.add(new Violation(Code.OUT_OF_RANGE, "priority", "is " + terms.priority() + "; use -100 to 100"));
        }
        terms.idempotencyKey().ifPresent(key -> {
            if (key.isEmpty() || key.length() > MAX_KEY || !key.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
                found.add(
                        new Violation(Code.INVALID_VALUE, "idempotency_key", "must be 1-128 visible ASCII characters"));
            }
        });
        if (terms.metadata().size() > MAX_LABELS) {
            found.add(tooLarge("metadata", "has " + terms.metadata().size() + " labels", MAX_LABELS + " labels"));
        }
        for (Map.Entry<String, String> label : terms.metadata().entrySet()) {
            String field = "metadata." + shortened(label.getKey());
            if (label.getKey().isEmpty() || label.getKey().length() > MAX_LABEL_KEY) {
                found.add(tooLarge(field, "has a key of " + label.getKey().length(), "1 to 63 characters"));
            }
            if (label.getValue().length() > MAX_LABEL_VALUE) {
                found.add(tooLarge(
                        field, "has a value of " + label.getValue().length() + " characters", "256 characters"));
            }
        }
    }

    /** Whether the base model is an encoder only a trainer knows. */
    private static void labels(TrainingSpec spec, List<Violation> found) {
        List<String> labels = spec.terms().labels();
        if (labels.isEmpty()) {
            return;
        }
        if (labels.size() == 1 || labels.size() > MAX_CLASSES) {
            found.add(new Violation(
                    Code.OUT_OF_RANGE,
                    "labels",
                    "has " + labels.size() + "; give 2 to " + MAX_CLASSES + ", or none for those of the dataset"));
        }
        Set<String> known = new HashSet<>();
        for (int i = 0; i < labels.size(); i++) {
            String label = labels.get(i);
            if (label.isBlank() || label.length() > MAX_CLASS_NAME) {
                found.add(tooLarge(
                        "labels[" + i + "]",
                        label.isBlank() ? "is blank" : "has " + label.length() + " characters",
                        "1 to " + MAX_CLASS_NAME + " characters"));
                return;
            }
            if (!known.add(label)) {
                found.add(new Violation(Code.INVALID_VALUE, "labels[" + i + "]", "is there twice: '" + label + "'"));
                return;
            }
        }
        if (spec.training().batching().packing()) {
            found.add(new Violation(
                    Code.CONFLICT,
                    "hyperparameters.packing",
                    "does not go with labels: an encoder reads each text in a row of its own"));
        }
    }

    private static Violation tooLarge(String field, String is, String allowed) {
        return new Violation(Code.TOO_LARGE, field, is + "; allowed: " + allowed);
    }

    private static String shortened(String text) {
        return text.length() <= MAX_LABEL_KEY ? text : text.substring(0, MAX_LABEL_KEY) + "...";
    }
}
