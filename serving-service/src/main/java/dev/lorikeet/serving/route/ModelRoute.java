package dev.lorikeet.serving.route;

import dev.lorikeet.registry.adapter.AdapterReference;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.tenancy.InvalidName;

/** What a request's model string asks for. Names are checked, never rewritten to fit. */
public sealed interface ModelRoute {
    /** The field that the string comes from. */
    String FIELD = "model";

    /** The base model itself. */
    record Base() implements ModelRoute {}

    /** One of the caller's adapters: {@code triage}, {@code triage@7}, {@code triage:canary}. */
    record Adapter(AdapterReference reference) implements ModelRoute {}

    /**
     * Reads a model string.
     *
     * @param baseModel the base model's name, which stands for the base model as the empty string does
     * @throws RejectedException INVALID_ARGUMENT if it is none of the forms above
     */
    static ModelRoute parse(String model, String baseModel) {
        if (model.isEmpty() || model.equals(baseModel)) {
            return new Base();
        }
        try {
            return new Adapter(AdapterReference.parse(model));
        } catch (InvalidName e) {
            throw Rejection.invalid(FIELD, e.field() + " " + e.reason()).asException();
        }
    }
}
