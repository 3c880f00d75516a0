/** Which requests run in the next step: continuous batching, chunked prefill, fairness between tenants. Pure. */
@NullMarked
package dev.lorikeet.serving.batching;

import org.jspecify.annotations.NullMarked;
