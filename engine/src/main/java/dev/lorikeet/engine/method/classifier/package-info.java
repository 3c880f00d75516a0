/** Classifiers over encoders: the head and its labels, around an adapter of any method. */
@NullMarked
package dev.lorikeet.engine.method.classifier;

import org.jspecify.annotations.NullMarked;
