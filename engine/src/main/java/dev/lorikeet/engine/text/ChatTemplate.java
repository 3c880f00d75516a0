package dev.lorikeet.engine.text;

import dev.lorikeet.engine.text.jinja.JinjaException;
import dev.lorikeet.engine.text.jinja.RaisedException;
import dev.lorikeet.engine.text.jinja.Template;
import dev.lorikeet.engine.text.jinja.Value;
import java.time.Clock;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model's chat template: from a conversation to the text that the model reads. Safe for use by several threads.
 *
 * <p>Contents are handed to the template as strings that remember whose they are. The template may trim, cut or join
 * them; it can neither run them nor lose track of them. So the rendering itself says where each assistant's answer
 * stands and which characters are a stranger's, in which the tokenizer recognises no control token.
 */
public final class ChatTemplate {
    /** For models without a template: it refuses every conversation. */
    public static final ChatTemplate NONE = none(Map.of());

    private final String source;
    private final Optional<Template> template;
    private final Map<String, String> variables;
    private final Clock clock;

    private ChatTemplate(String source, Optional<Template> template, Map<String, String> variables, Clock clock) {
        this.source = source;
        this.template = template;
        this.variables = Map.copyOf(variables);
        this.clock = clock;
    }

    /**
     * Parses a template in the Jinja dialect of transformers.
     *
     * @param variables such as bos_token and eos_token
     * @throws ChatTemplateException if the template is malformed or uses what is not known here
     */
    public static ChatTemplate of(String source, Map<String, String> variables) {
        return of(source, variables, Clock.system(ZoneId.systemDefault()));
    }

    /** As {@link #of(String, Map)}, with the clock that {@code strftime_now} reads. */
    public static ChatTemplate of(String source, Map<String, String> variables, Clock clock) {
        try {
            return new ChatTemplate(source, Optional.of(Template.parse(source)), variables, clock);
        } catch (JinjaException e) {
            throw new ChatTemplateException(String.valueOf(e.getMessage()));
        }
    }

    /** Whether the model has a template at all. */
    public boolean defined() {
        return template.isPresent();
    }

    /** A model without a template, which still has variables such as its eos_token. */
    public static ChatTemplate none(Map<String, String> variables) {
        return new ChatTemplate("", Optional.empty(), variables, Clock.system(ZoneId.systemDefault()));
    }

    /** A variable that the template is given, such as eos_token. */
    public Optional<String> variable(String name) {
        return Optional.ofNullable(variables.get(name));
    }

    /** The template's text, empty if there is none. */
    public String source() {
        return source;
    }

    /**
     * Renders a conversation.
     *
     * @param addGenerationPrompt whether the opening of an assistant's turn is written at the end
     * @throws ChatTemplateException if the template refuses the conversation, or there is none
     */
    public RenderedChat render(List<Message> messages, boolean addGenerationPrompt) {
        var parsed = template.orElseThrow(
                () -> new ChatTemplateException("the model has no chat template: it takes plain text only"));
        var names = new LinkedHashMap<String, Value>();
        variables.forEach((name, text) -> names.put(name, Value.text(text)));
        var values = new ArrayList<Value>();
        for (int i = 0; i < messages.size(); i++) {
            var message = messages.get(i);
            var entries = new LinkedHashMap<String, Value>();
            entries.put("role", Value.text(message.role()));
            entries.put("content", Value.Text.of(message.content(), i + 1));
            values.add(new Value.Mapping(entries));
        }
        names.put("messages", new Value.Sequence(values));
        names.put("add_generation_prompt", Value.of(addGenerationPrompt));
        names.put("tools", Value.NONE);
        names.put("documents", Value.NONE);
        try {
            return chat(parsed.render(names, ZonedDateTime.now(clock)), messages);
        } catch (RaisedException e) {
            throw new ChatTemplateException("the model's chat template refuses this conversation: " + e.getMessage());
        } catch (JinjaException e) {
            throw new ChatTemplateException("the model's chat template cannot be rendered: " + e.getMessage());
        }
    }

    private static RenderedChat chat(Template.Rendering rendering, List<Message> messages) {
        var text = rendering.text();
        var contents = new ArrayList<Span>();
        var firsts = new int[messages.size()];
        var lasts = new int[messages.size()];
        java.util.Arrays.fill(firsts, -1);
        for (int i = 0; i < text.chars().length(); ) {
            int origin = text.origin(i);
            int end = i + 1;
            while (end < text.chars().length() && text.origin(end) == origin) {
                end++;
            }
            if (origin > 0) {
                contents.add(new Span(i, end));
                firsts[origin - 1] = firsts[origin - 1] < 0 ? i : firsts[origin - 1];
                lasts[origin - 1] = end;
            }
            i = end;
        }
        // A template that marks what is learned knows best (its opening of a thought, say); else it is the content,
        // with whatever the template put between its parts.
        var spans = new ArrayList<Span>(rendering.generations());
        if (spans.isEmpty()) {
            for (int i = 0; i < messages.size(); i++) {
                if (messages.get(i).role().equals("assistant") && firsts[i] >= 0) {
                    spans.add(new Span(firsts[i], lasts[i]));
                }
            }
        }
        return new RenderedChat(text.chars(), spans, contents);
    }
}
