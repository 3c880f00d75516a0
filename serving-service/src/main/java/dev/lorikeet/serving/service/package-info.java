/** Puts the parts together, starts and stops them. */
@NullMarked
package dev.lorikeet.serving.service;

import org.jspecify.annotations.NullMarked;
