using Gateway.Identity;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace Unit.Gateway.Identity;

public class OutboundIdentityTests
{
    [TestCase("Authorization")]
    [TestCase("X-API-Key")]
    [TestCase("x-api-key")]
    [TestCase("X-User")]
    [TestCase("X-User-Id")]
    [TestCase("X-UserName")]
    [TestCase("X_User_Id")]
    [TestCase("X-Auth-Request-User")]
    [TestCase("X-Forwarded-User")]
    [TestCase("X-Forwarded-Email")]
    [TestCase("X-Remote-User")]
    [TestCase("Remote-User")]
    [TestCase("Forwarded")]
    [TestCase("X-Original-URL")]
    [TestCase("X-Original-Host")]
    [TestCase("X-Forwarded-For")]
    [TestCase("X-Forwarded-Host")]
    [TestCase("X-Forwarded-Proto")]
    [TestCase("X-Real-IP")]
    [TestCase("x-real-ip")]
    [TestCase("True-Client-IP")]
    [TestCase("CF-Connecting-IP")]
    [TestCase("X-Client-Address")]
    [TestCase("X-Client-IP")]
    [TestCase("X-Cluster-Client-IP")]
    [TestCase("X-Envoy-External-Address")]
    [TestCase("X-Internal-Token")]
    [TestCase("X-SSL-Client-CN")]
    [TestCase("X-HTTP-Method-Override")]
    [TestCase("Via")]
    [TestCase("Cookie")]
    public void What_speaks_of_identity_is_dropped(string header) => Assert.That(AfterStripping(header), Is.Empty);

    [TestCase("Content-Type")]
    [TestCase("Accept")]
    [TestCase("X-Request-Id")]
    [TestCase("X-Deadline-Ms")]
    [TestCase("Idempotency-Key")]
    [TestCase("traceparent")]
    [TestCase("Inference-Header-Content-Length")]
    [TestCase("User-Agent")]
    public void Everything_else_is_kept(string header) => Assert.That(AfterStripping(header), Is.EqualTo(new[] { header }));

    private static IEnumerable<string> AfterStripping(string header)
    {
        var headers = new HeaderDictionary { [header] = "value" };
        OutboundIdentity.Strip(headers);
        return headers.Keys;
    }
}
