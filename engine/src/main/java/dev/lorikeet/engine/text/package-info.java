/** From text to token ids and back: tokenizers and chat templates. */
@NullMarked
package dev.lorikeet.engine.text;

import org.jspecify.annotations.NullMarked;
