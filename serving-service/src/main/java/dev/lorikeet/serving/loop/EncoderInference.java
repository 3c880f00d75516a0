package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.encode.Encoding;
import dev.lorikeet.engine.encode.Text;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.serving.encoding.Classification;
import dev.lorikeet.serving.encoding.EmbedOptions;
import dev.lorikeet.serving.encoding.EncodeAsk;
import dev.lorikeet.serving.encoding.EncodeRules;
import dev.lorikeet.serving.loop.UsageSink.Operation;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;
import dev.lorikeet.serving.route.ModelRoute;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The way of texts to the encoder, whatever door they came in by: checked, admitted, resolved to a revision, leased, handed
 * to the inference thread. Thread-safe; blocks, so it runs on a virtual thread.
 */
public final class EncoderInference {
    private final BaseModel base;
    private final EncodeRules rules;
    private final Entrance entrance;
    private final EncoderLoop loop;
    private final UsageSink usage;

    EncoderInference(BaseModel base, EncodeRules rules, Entrance entrance, EncoderLoop loop, UsageSink usage) {
        this.base = base;
        this.rules = rules;
        this.entrance = entrance;
        this.loop = loop;
        this.usage = usage;
    }

    /**
     * An answer.
     *
     * @param results one entry a text
     * @param tokens that were read
     * @param adapter which adapter answered; empty for the base model
     */
    public record Reply<T>(List<T> results, int tokens, Optional<RevisionRef> adapter) {
        public Reply {
            results = List.copyOf(results);
        }
    }

    /** What an operation makes of what was read. */
    @FunctionalInterface
    private interface Reading<T> {
        T of(Encoding encoding);
    }

    /** Chooses the reading for an adapter, null for the base, or refuses it. */
    @FunctionalInterface
    private interface Chooser<T> {
        Reading<T> choose(@Nullable ResidentAdapter adapter);
    }

    /**
     * Which label fits each text.
     *
     * @throws RejectedException if the request is refused; FAILED_PRECONDITION if neither the model nor the adapter has a
     *     classifier
     */
    public Reply<Classification> classify(TenantId tenant, EncodeAsk ask, CallScope scope) throws InterruptedException {
        return serve(tenant, ask, scope, new Operation.Classify(), adapter -> {
            List<String> labels = labels(adapter);
            rules.checkReply(ask.inputs().size(), labels);
            return encoding -> Classification.of(labels, finite(encoding.logits()));
        });
    }

    /**
     * A vector for each text, of the model's hidden size.
     *
     * @throws RejectedException if the request is refused
     */
    public Reply<float[]> embed(TenantId tenant, EncodeAsk ask, EmbedOptions options, CallScope scope)
            throws InterruptedException {
        return serve(
                tenant,
                ask,
                scope,
                new Operation.Embed(),
                adapter -> encoding -> finite(options.embedding(encoding.first(), encoding.mean())));
    }

    private <T> Reply<T> serve(
            TenantId tenant, EncodeAsk ask, CallScope scope, Operation operation, Chooser<T> operations)
            throws InterruptedException {
        long start = System.nanoTime();
        rules.check(ask);
        ModelRoute route = entrance.route(ask.model());
        entrance.enter(tenant);
        try {
            Optional<RevisionRef> revision = entrance.resolve(tenant, route);
            List<Text> texts = texts(ask.inputs());
            AdapterLease lease = entrance.lease(revision, scope);
            Reading<T> reading;
            EncodeRequest request;
            boolean accepted = false;
            try {
                scope.requireHere();
                reading = operations.choose(usable(lease.adapter()));
                request = loop.submit(new EncodeWork(tenant, texts, scope.deadlineNanos(), lease));
                accepted = true;
            } finally {
                if (!accepted) {
                    lease.close();
                }
            }
            List<T> results = await(request, scope).stream().map(reading::of).toList();
            int tokens = texts.stream().mapToInt(text -> text.tokens().length).sum();
            usage.finished(new UsageSink.Usage(
                    tenant, revision, operation, tokens, 0, Duration.ofNanos(System.nanoTime() - start)));
            return new Reply<>(results, tokens, revision);
        } finally {
            entrance.leave(tenant);
        }
    }

    private List<Text> texts(List<EncodeAsk.Input> inputs) {
        List<Text> texts = new ArrayList<>(inputs.size());
        for (int i = 0; i < inputs.size(); i++) {
            EncodeAsk.Input input = inputs.get(i);
            var tokens = base.tokenizer()
                    .encodeTyped(input.text(), input.pair().orElse(null))
                    .forKinds(base.config().tokenTypes());
            rules.checkTokens(i, tokens.ids().length);
            texts.add(new Text(tokens.ids(), tokens.types()));
        }
        return texts;
    }

    private List<Encoding> await(EncodeRequest request, CallScope scope) throws InterruptedException {
        scope.onCancel(() -> loop.cancel(request.id));
        try {
            return request.answer.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RejectedException rejected) {
                throw new RejectedException(rejected.rejection());
            }
            throw new IllegalStateException("request " + request.id + " failed", e.getCause());
        } catch (InterruptedException e) {
            loop.cancel(request.id);
            throw e;
        }
    }

    private static @Nullable ResidentAdapter usable(@Nullable ResidentAdapter adapter) {
        if (adapter != null && adapter.positionsBefore() > 0) {
            throw Rejection.of(
                            Code.FAILED_PRECONDITION,
                            "this adapter puts tokens of its own before a text, which an encoder does not read")
                    .asException();
        }
        return adapter;
    }

    private List<String> labels(@Nullable ResidentAdapter adapter) {
        List<String> labels =
                adapter == null || adapter.labels().isEmpty() ? base.config().labels() : adapter.labels();
        if (labels.isEmpty()) {
            throw Rejection.of(
                            Code.FAILED_PRECONDITION,
                            "base model '" + base.name() + "' has no classifier"
                                    + (adapter == null
                                            ? "; name an adapter"
                                            : ", and this adapter has none either; use one")
                                    + " that was trained on examples with labels"
                                    + " ({\"text\": ..., \"label\": ...}), or call Embed")
                    .asException();
        }
        return labels;
    }

    private static float[] finite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw Rejection.of(Code.INTERNAL, "the model's output was not finite: damaged adapter or weights")
                        .asException();
            }
        }
        return values;
    }
}
