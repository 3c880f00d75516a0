package dev.lorikeet.tenancy.credential;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.lorikeet.tenancy.InvalidName;
import dev.lorikeet.tenancy.TenantId;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.Set;

/**
 * Tokens (JWT, RFC 7519) of an identity provider, verified with its key set. Only RS256 and ES256 are accepted, whatever
 * a token's header claims, so neither {@code none} nor a public key misused as an HMAC secret gets in; keys named or
 * carried by the token itself are ignored. Issuer, audience and expiry are required. Safe for many threads.
 */
final class SignedTokens {
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    private final String tenantClaim;

    SignedTokens(String issuer, String audience, String tenantClaim, JWKSet keys, InstantSource time) {
        this.tenantClaim = tenantClaim;
        // Absent, "JWT", or the access tokens of RFC 9068.
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(
                Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256), new ImmutableJWKSet<>(keys)));
        processor.setJWTClaimsSetVerifier(claimsVerifier(issuer, audience, tenantClaim, time));
    }

    private static DefaultJWTClaimsVerifier<SecurityContext> claimsVerifier(
            String issuer, String audience, String tenantClaim, InstantSource time) {
        DefaultJWTClaimsVerifier<SecurityContext> verifier =
                new DefaultJWTClaimsVerifier<>(
                        audience, new JWTClaimsSet.Builder().issuer(issuer).build(), Set.of("exp", tenantClaim)) {
                    @Override
                    @SuppressWarnings("JavaUtilDate") // the library's type
                    protected Date currentTime() {
                        return Date.from(time.instant());
                    }
                };
        verifier.setMaxClockSkew(Math.toIntExact(CLOCK_SKEW.toSeconds()));
        return verifier;
    }

    /** The tenant that a valid token names; a refusal for every other text. */
    Authentication authenticate(String token) {
        try {
            JWTClaimsSet claims = processor.process(token, null);
            String tenant = claims.getStringClaim(tenantClaim);
            if (tenant == null) {
                return new Authentication.Refused("the token's claim '" + tenantClaim + "' is not a text");
            }
            return new Authentication.Tenant(new TenantId(tenant));
        } catch (InvalidName e) {
            return new Authentication.Refused("the token's claim '" + tenantClaim + "' is no tenant: " + e.reason());
        } catch (ParseException e) {
            return new Authentication.Refused("the token cannot be read as a JWT");
        } catch (BadJOSEException | JOSEException e) {
            return new Authentication.Refused("the token is not valid: " + e.getMessage());
        }
    }
}
