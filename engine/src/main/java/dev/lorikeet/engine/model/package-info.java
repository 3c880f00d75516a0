/** What a base model is: its configuration, its files on disk, its digest. */
@NullMarked
package dev.lorikeet.engine.model;

import org.jspecify.annotations.NullMarked;
