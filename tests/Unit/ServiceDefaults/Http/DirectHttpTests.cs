using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using ServiceDefaults.Http;

namespace Unit.ServiceDefaults.Http;

public class DirectHttpTests
{
    [Test]
    public void No_client_goes_through_the_environments_proxy()
    {
        var services = new ServiceCollection();
        services.AddDirectHttp();
        services.AddHttpClient("named");
        using var provider = services.BuildServiceProvider();
        foreach (var name in new[] { "named", "made up later" })
            Assert.That(Innermost(provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(name)).UseProxy, Is.False, name);
    }

    private static SocketsHttpHandler Innermost(HttpMessageHandler handler)
    {
        while (handler is DelegatingHandler { InnerHandler: { } inner })
            handler = inner;
        return (SocketsHttpHandler)handler;
    }
}
