package dev.lorikeet.tenancy.credential;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.lorikeet.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SignedTokensTest {
    private static final Authentication ACME = new Authentication.Tenant(new TenantId("acme"));

    private static RSAKey rsa;
    private static ECKey ec;
    private static RSAKey strange;

    @TempDir
    Path folder;

    private final ManualTime time = new ManualTime();
    private Credentials credentials;

    @BeforeAll
    static void makeKeys() throws Exception {
        rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
        ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
        strange = new RSAKeyGenerator(2048).keyID("rsa").generate();
    }

    @BeforeEach
    void open() throws Exception {
        writeKeys(rsa, ec);
        Path file = Files.writeString(folder.resolve("credentials.json"), """
                {"jwt": {"issuer": "https://id.example", "audience": "lorikeet", "tenantClaim": "org", "jwks": "keys.json"}}
                """);
        credentials = new Credentials(file, time);
    }

    @Test
    void tokensOfTheProviderAreLetIn() throws Exception {
        assertThat(show(rs256(claims().build(), rsa))).isEqualTo(ACME);
        assertThat(show(sign(JWSAlgorithm.ES256, claims().build(), new ECDSASigner(ec))))
                .isEqualTo(ACME);
        assertThat(show(rs256(claims().audience(List.of("other", "lorikeet")).build(), rsa)))
                .isEqualTo(ACME);
    }

    @Test
    void onlyTokensOfTheRightTypeAreLetIn() throws Exception {
        for (String type : List.of("JWT", "at+jwt")) {
            assertThat(show(typed(type))).isEqualTo(ACME);
        }
        assertRefused(typed("logout+jwt"));
    }

    private String typed(String type) throws JOSEException {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .type(new JOSEObjectType(type))
                        .build(),
                claims().build());
        token.sign(new RSASSASigner(rsa));
        return token.serialize();
    }

    @Test
    void aTokenOfAnotherKeyIsRefused() throws Exception {
        assertRefused(rs256(claims().build(), strange));
    }

    @Test
    void unsignedTokensAreRefused() {
        String none = new PlainJWT(claims().build()).serialize();

        assertRefused(none);
        assertRefused(none.substring(0, none.length() - 1) + ".AAAA");
        for (String algorithm : List.of("none", "None", "NONE", "nOnE")) {
            assertRefused(encode("{\"alg\":\"" + algorithm + "\"}") + "."
                    + encode(claims().build().toString()) + ".");
        }
    }

    @Test
    void aPublicKeyIsNoHmacSecret() throws Exception {
        for (byte[] secret : List.of(
                rsa.toRSAPublicKey().getEncoded(),
                pem(rsa).getBytes(StandardCharsets.UTF_8),
                rsa.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8))) {
            assertRefused(sign(JWSAlgorithm.HS256, claims().build(), new MACSigner(secret)));
        }
    }

    @Test
    void otherAlgorithmsOfTheSameKeyAreRefused() throws Exception {
        assertRefused(sign(JWSAlgorithm.RS512, claims().build(), new RSASSASigner(rsa)));
        assertRefused(sign(JWSAlgorithm.PS256, claims().build(), new RSASSASigner(rsa)));
    }

    @Test
    void aKeyThatTheTokenBringsAlongIsIgnored() throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .jwk(strange.toPublicJWK())
                        .build(),
                claims().build());
        token.sign(new RSASSASigner(strange));

        assertRefused(token.serialize());
    }

    @Test
    void aChangedTokenIsRefused() throws Exception {
        String token = rs256(claims().build(), rsa);
        String[] parts = token.split("\\.", -1);
        String other = encode(claims().claim("org", "globex").build().toString());

        assertRefused(parts[0] + "." + other + "." + parts[2]);
        assertRefused(parts[0] + "." + parts[1] + ".");
        assertRefused(parts[0] + "." + parts[1] + "." + "A".repeat(parts[2].length()));
    }

    @Test
    void issuerAudienceExpiryAndTenantAreRequired() throws Exception {
        assertRefused(rs256(claims().issuer("https://evil.example").build(), rsa));
        assertRefused(rs256(claims().issuer(null).build(), rsa));
        assertRefused(rs256(claims().audience("other").build(), rsa));
        assertRefused(rs256(claims().audience((String) null).build(), rsa));
        assertRefused(rs256(claims().expirationTime(null).build(), rsa));
        assertRefused(rs256(claims().claim("org", null).build(), rsa));
        assertRefused(rs256(claims().claim("org", List.of("acme")).build(), rsa));
        assertRefused(rs256(claims().claim("org", 7).build(), rsa));
        assertRefused(rs256(claims().claim("org", "../globex").build(), rsa));
    }

    @Test
    void tokensHaveTheirTime() throws Exception {
        String token = rs256(claims().notBeforeTime(date(Duration.ofMinutes(5))).build(), rsa);

        assertRefused(token);
        time.advance(Duration.ofMinutes(6));
        assertThat(show(token)).isEqualTo(ACME);
        time.advance(Duration.ofHours(1));
        assertRefused(token);
    }

    @Test
    void aKeySetThatChangesIsReadAgain() throws Exception {
        String ofTheNewKey = rs256(claims().build(), strange);
        assertRefused(ofTheNewKey);

        writeKeys(strange);
        time.advance(Duration.ofSeconds(1));

        assertThat(show(ofTheNewKey)).isEqualTo(ACME);
        assertRefused(rs256(claims().build(), rsa));
    }

    private Authentication show(String token) {
        return credentials.authenticate("Bearer " + token);
    }

    private void assertRefused(String token) {
        assertThat(show(token)).isInstanceOf(Authentication.Refused.class);
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer("https://id.example")
                .audience("lorikeet")
                .claim("org", "acme")
                .expirationTime(date(Duration.ofHours(1)));
    }

    @SuppressWarnings("JavaUtilDate") // the library's type
    private Date date(Duration fromNow) {
        Instant instant = time.instant().plus(fromNow);
        return Date.from(instant);
    }

    private static String rs256(JWTClaimsSet claims, RSAKey key) throws JOSEException {
        return sign(JWSAlgorithm.RS256, claims, new RSASSASigner(key));
    }

    private static String sign(JWSAlgorithm algorithm, JWTClaimsSet claims, JWSSigner signer) throws JOSEException {
        SignedJWT token = new SignedJWT(new JWSHeader.Builder(algorithm).build(), claims);
        token.sign(signer);
        return token.serialize();
    }

    private void writeKeys(com.nimbusds.jose.jwk.JWK... keys) throws Exception {
        Files.writeString(folder.resolve("keys.json"), new JWKSet(Arrays.asList(keys)).toString(true));
    }

    private static String pem(RSAKey key) throws JOSEException {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(key.toRSAPublicKey().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    private static String encode(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
