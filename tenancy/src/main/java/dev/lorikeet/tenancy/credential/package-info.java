/** Who is asking: API keys and signed tokens, each belonging to one tenant. */
@NullMarked
package dev.lorikeet.tenancy.credential;

import org.jspecify.annotations.NullMarked;
