package dev.lorikeet.engine.data;

import dev.lorikeet.engine.text.ChatTemplate;
import dev.lorikeet.engine.text.ChatTemplateException;
import dev.lorikeet.engine.text.Message;
import dev.lorikeet.engine.text.Span;
import dev.lorikeet.engine.text.Tokenized;
import dev.lorikeet.engine.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Turns examples into tokens and labels. Safe for use by several threads.
 *
 * <ul>
 *   <li>A conversation is rendered by the model's chat template, exactly as serving does. Labelled are the assistant's
 *       contents and the control token that ends each turn (with blanks between), so that the model learns to stop.
 *   <li>A prompt with its completion is the conversation of one user's and one assistant's turn when the model has a
 *       chat template, so that an adapter trained on it answers a conversation. Without a template the two are joined as
 *       they are, the completion and the end-of-text labelled.
 *   <li>A picture stands before all of it, and takes nothing of the longest length.
 *   <li>A text is taken as it is, control tokens written in it included (it is its writer's adapter alone that learns
 *       them), between begin-of-text, where the tokenizer adds one, and end-of-text; all of it is labelled.
 * </ul>
 */
public final class ExampleEncoder {
    private final Tokenizer tokenizer;
    private final ChatTemplate chatTemplate;
    private final Optional<Integer> endOfText;
    private final int maxLength;

    /**
     * An encoder for one model.
     *
     * @param maxLength the longest example in tokens, at least 2; what is beyond is cut off
     */
    public ExampleEncoder(Tokenizer tokenizer, ChatTemplate chatTemplate, int maxLength) {
        if (maxLength < 2) {
            throw new IllegalArgumentException("the longest length must be at least 2 tokens, not " + maxLength);
        }
        this.tokenizer = tokenizer;
        this.chatTemplate = chatTemplate;
        this.endOfText = chatTemplate.variable("eos_token").flatMap(tokenizer::specialToken);
        this.maxLength = maxLength;
    }

    /**
     * Encodes one example. It has no labelled token when all of them were cut off: leave it out and say so.
     *
     * @throws ChatTemplateException if the chat template refuses the conversation, or there is none for one
     */
    public EncodedExample encode(Example example) {
        return switch (example) {
            case Example.Chat(var messages) -> chat(messages);
            case Example.Completion(var prompt, var completion) ->
                chatTemplate.defined()
                        ? chat(List.of(Message.user(prompt), Message.assistant(completion)))
                        : completion(prompt, completion);
            case Example.Text(var text) -> text(text);
            case Example.Pictured(var image, var about) -> encode(about).withImage(image);
            case Example.Classified classified ->
                throw new IllegalArgumentException(
                        "label '" + classified.label() + "' is learned by an encoder alone, not by a model of texts");
        };
    }

    private EncodedExample chat(List<Message> messages) {
        var rendered = chatTemplate.render(messages, false);
        var tokens = tokenizer.tokenize(rendered);
        var builder = new Builder();
        var labels = new boolean[tokens.ids().length];
        for (var span : rendered.assistantSpans()) {
            label(rendered.text(), tokens, span, labels);
        }
        for (int i = 0; i < labels.length; i++) {
            builder.add(tokens.ids()[i], labels[i]);
        }
        // A template that closes no turn would teach never to stop.
        boolean open =
                labels.length > 0 && labels[labels.length - 1] && !tokenizer.isSpecial(tokens.ids()[labels.length - 1]);
        if (open) {
            endOfText.ifPresent(id -> builder.add(id, true));
        }
        return builder.build();
    }

    /** Labels a span and the control token that closes it, unless the span ends with one itself. */
    private void label(String text, Tokenized tokens, Span span, boolean[] labels) {
        int last = -1;
        for (int i = 0; i < labels.length; i++) {
            if (span.overlaps(tokens.starts()[i], tokens.ends()[i])) {
                labels[i] = true;
                last = i;
            }
        }
        if (last < 0 || tokenizer.isSpecial(tokens.ids()[last])) {
            return;
        }
        for (int i = last + 1; i < labels.length; i++) {
            if (tokenizer.isSpecial(tokens.ids()[i])) {
                Arrays.fill(labels, last, i + 1, true);
                return;
            }
            if (!text.substring(tokens.starts()[i], tokens.ends()[i]).isBlank()) {
                return;
            }
        }
    }

    private EncodedExample completion(String prompt, String completion) {
        var builder = new Builder();
        // The parts are encoded apart: at serving the prompt stands alone too.
        builder.addAll(tokenizer.encode("", true), false);
        builder.addAll(tokenizer.encodeUntrusted(prompt), false);
        builder.addAll(tokenizer.encodeUntrusted(completion), true);
        endOfText.ifPresent(id -> builder.add(id, true));
        return builder.build();
    }

    private EncodedExample text(String text) {
        var builder = new Builder();
        var ids = tokenizer.encode(text, true);
        builder.addAll(ids, true);
        if (endOfText.isPresent() && (ids.length == 0 || ids[ids.length - 1] != endOfText.get())) {
            builder.add(endOfText.get(), true);
        }
        return builder.build();
    }

    /** Gathers tokens up to the longest length. */
    private final class Builder {
        private int[] tokens = new int[64];
        private boolean[] labelled = new boolean[64];
        private int size;
        private boolean truncated;

        void add(int token, boolean label) {
            if (size == maxLength) {
                truncated = true;
                return;
            }
            if (size == tokens.length) {
                tokens = Arrays.copyOf(tokens, 2 * size);
                labelled = Arrays.copyOf(labelled, 2 * size);
            }
            tokens[size] = token;
            // Nothing stands before the first, so it cannot be predicted.
            labelled[size] = label && size > 0;
            size++;
        }

        void addAll(int[] ids, boolean label) {
            for (int id : ids) {
                add(id, label);
            }
        }

        EncodedExample build() {
            return new EncodedExample(Arrays.copyOf(tokens, size), Arrays.copyOf(labelled, size), truncated);
        }
    }
}
