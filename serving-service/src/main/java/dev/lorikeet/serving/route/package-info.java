/** What a request's model string means. */
@NullMarked
package dev.lorikeet.serving.route;

import org.jspecify.annotations.NullMarked;
