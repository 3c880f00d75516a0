/**
 * The Jinja dialect of chat templates, as an interpreter whose strings know where each character came from.
 *
 * <p>That knowledge is why it is ours: a rendering says by itself which part is an assistant's answer and which part is
 * a stranger's text, through any slicing, trimming and joining that the template does. It touches nothing but its
 * arguments: no reflection, no files, no host objects.
 */
@NullMarked
package dev.lorikeet.engine.text.jinja;

import org.jspecify.annotations.NullMarked;
