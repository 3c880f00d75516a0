/** Puts the trainer together: configuration, start and end of its process, health, metrics. */
@NullMarked
package dev.lorikeet.trainer.service;

import org.jspecify.annotations.NullMarked;
