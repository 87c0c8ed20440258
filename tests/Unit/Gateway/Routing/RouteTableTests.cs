using Gateway.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using NUnit.Framework;

namespace Unit.Gateway.Routing;

public class RouteTableTests
{
    [Test]
    public void Every_line_is_a_route_pattern_of_its_own()
    {
        Assert.That(RouteTable.All.Select(route => route.Id), Is.Unique);
        foreach (var route in RouteTable.All)
            Assert.That(() => RoutePatternFactory.Parse(route.Path), Throws.Nothing, route.Path);
    }

    [Test]
    public void Nothing_internal_is_reachable() =>
        Assert.That(RouteTable.All.Where(route => route.Path.StartsWith("/internal", StringComparison.Ordinal) || route.Path.StartsWith("/objects", StringComparison.Ordinal) || route.Service == "storage"), Is.Empty);

    [Test]
    public void The_gateways_own_health_is_not_a_service_s() =>
        Assert.That(RouteTable.All.Select(route => route.Path), Has.None.StartsWith("/health/"));

    [Test]
    public void Only_signing_in_receipts_and_public_facts_need_no_credentials() =>
        Assert.That(
            RouteTable.All.Where(route => route.Access is Access.Anyone or Access.SignIn).Select(route => route.Path),
            Is.EquivalentTo(new[] { "/token", "/v1/auth/register", "/v1/auth/erasures/{id}", "/.well-known/jwks.json", "/health", "/v2/health/{**rest}" }));

    [TestCase("/v1/auth/{**rest}")]
    [TestCase("/v1/admin/{**rest}")]
    [TestCase("/v1/models/{model}/tasks")]
    [TestCase("/v1/predictions/{id}/feedback")]
    [TestCase("/v1/registry/{**rest}")]
    [TestCase("/v1/faces/{**rest}")]
    [TestCase("/data/train")]
    public void Guests_are_not_admitted_to(string path) =>
        Assert.That(RouteTable.All.Single(route => route.Path == path).Access, Is.EqualTo(Access.Callers));
}
