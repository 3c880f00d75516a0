package dev.lorikeet.scheduler.decision;

import dev.lorikeet.scheduler.request.TrainingSpec;
import dev.lorikeet.scheduler.request.Violation;
import dev.lorikeet.tenancy.TenantId;
import java.util.List;
import java.util.Optional;

/**
 * The words of a refusal. What was refused may be of any size, but what is told of it must fit into a record: a tenant
 * must not be able to stop the scheduler by a request that it cannot even refuse.
 */
final class Refusal {
    private static final int MOST_VIOLATIONS = 100;
    private static final int LONGEST_NAME = 256;
    private static final int LONGEST_REASON = 1000;

    private Refusal() {}

    /** What a refused request was about, as it said itself. */
    static Message.Subject subject(TenantId tenant, TrainingSpec spec, String idempotencyKey) {
        return new Message.Subject(
                tenant, Optional.empty(), cut(spec.adapter(), LONGEST_NAME), cut(idempotencyKey, LONGEST_NAME));
    }

    static Message.Fact.Rejected rejected(List<Violation> violations) {
        return new Message.Fact.Rejected(violations.stream()
                .limit(MOST_VIOLATIONS)
                .map(each -> new Violation(each.code(), cut(each.field(), LONGEST_NAME), reason(each.reason())))
                .toList());
    }

    static String reason(String text) {
        return cut(text, LONGEST_REASON);
    }

    private static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
        return text.substring(0, end) + "...";
    }
}
