package dev.lorikeet.engine.text;

import java.util.List;

/**
 * A conversation as the text that the model reads, with the origin of its parts as the rendering itself knew them.
 *
 * @param text what the template wrote
 * @param assistantSpans where assistants' contents stand in it, in order, one a turn that the template kept
 * @param contentSpans every part that came from a message's content: text of strangers, in which no control token is
 *     ever recognised
 */
public record RenderedChat(String text, List<Span> assistantSpans, List<Span> contentSpans) {
    public RenderedChat {
        assistantSpans = List.copyOf(assistantSpans);
        contentSpans = List.copyOf(contentSpans);
    }
}
