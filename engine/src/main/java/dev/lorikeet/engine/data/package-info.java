/** Training examples: reading JSONL datasets and encoding examples with their labels. */
@NullMarked
package dev.lorikeet.engine.data;

import org.jspecify.annotations.NullMarked;
