package dev.lorikeet.engine.text;

import java.util.List;
import java.util.Map;

/** A model's chat template: from a conversation to the text that the model reads. Safe for use by several threads. */
public final class ChatTemplate {
    /** For models without a template: renders nothing and says so. */
    public static final ChatTemplate NONE = new ChatTemplate("", Map.of());

    private final String source;
    private final Map<String, String> variables;

    private ChatTemplate(String source, Map<String, String> variables) {
        this.source = source;
        this.variables = Map.copyOf(variables);
    }

    /**
     * Parses a template in the Jinja dialect of transformers.
     *
     * @param variables such as bos_token and eos_token
     */
    public static ChatTemplate of(String source, Map<String, String> variables) {
        return new ChatTemplate(source, variables);
    }

    /** Whether the model has a template at all. */
    public boolean defined() {
        return !source.isEmpty();
    }

    /**
     * Renders a conversation.
     *
     * @param addGenerationPrompt whether the opening of an assistant's turn is written at the end
     * @throws ChatTemplateException if the template refuses the conversation, or there is none
     */
    public RenderedChat render(List<Message> messages, boolean addGenerationPrompt) {
        if (messages.isEmpty()) {
            return new RenderedChat("", List.of(), List.of());
        }
        throw new ChatTemplateException("not yet: " + variables + addGenerationPrompt);
    }
}
