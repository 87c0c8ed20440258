using System.Net;
using NUnit.Framework;

namespace EndToEnd.Telemetry;

[TestFixture]
public sealed class AdminHealthTests
{
    [Test]
    public async Task An_administrator_sees_how_every_service_feels_and_nobody_else_does()
    {
        using var admin = await Caller.AdminAsync();
        var health = await (await admin.Http.GetAsync("/v1/admin/health")).ReadJsonAsync();
        var services = health.GetProperty("services").EnumerateArray().ToArray();
        Assert.That(services.Select(service => service.GetProperty("service").GetString()), Is.EqualTo((string[])["auth", "feedback", "inference", "storage", "training"]));
        Assert.That(services.Select(service => service.GetProperty("status").GetString()), Is.All.EqualTo("healthy"), health.ToString());
        Assert.That(services[3].GetProperty("checks").GetProperty("database").GetProperty("status").GetString(), Is.EqualTo("healthy"));

        using var user = await Caller.RegisteredAsync();
        Assert.That((await user.Http.GetAsync("/v1/admin/health")).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        using var guest = Caller.Guest();
        Assert.That((await guest.Http.GetAsync("/v1/admin/health")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }
}
