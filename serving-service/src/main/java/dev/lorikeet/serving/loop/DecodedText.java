package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.text.IncrementalDecoder;

/** The engine's incremental decoder. */
record DecodedText(IncrementalDecoder decoder) implements TokenText {
    @Override
    public String next(int token) {
        return decoder.next(token);
    }

    @Override
    public String finish() {
        return decoder.finish();
    }
}
