package dev.lorikeet.engine.adapter;

import java.io.IOException;

/** An adapter that is damaged, or that does not fit its base model; the message names the keys. */
public class InvalidAdapterException extends IOException {
    private static final long serialVersionUID = 1L;

    public InvalidAdapterException(String reason) {
        super(reason);
    }
}
