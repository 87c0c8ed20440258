using System.Net;
using Gateway.Limits;
using Gateway.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace Unit.Gateway.Limits;

public class AddressConnectionsTests
{
    private static readonly ClientAddress One = ClientAddress.Of(IPAddress.Parse("10.0.0.1"));
    private static readonly ClientAddress Other = ClientAddress.Of(IPAddress.Parse("10.0.0.2"));

    [Test]
    public void One_address_takes_so_many_and_leaves_the_others_theirs()
    {
        var connections = new AddressConnections(2, new ForwardingOptions(), TimeProvider.System, NullLogger<AddressConnections>.Instance);
        Assert.That((connections.TryEnter(One), connections.TryEnter(One), connections.TryEnter(One), connections.TryEnter(Other)), Is.EqualTo((true, true, false, true)));
        connections.Leave(One);
        Assert.That(connections.TryEnter(One), Is.True);
    }

    [TestCase("10.0.0.7", "10.0.0.7", true)]
    [TestCase("10.0.0.7", "::ffff:10.0.0.7", true)]
    [TestCase("10.0.0.0/8", "10.200.0.1", true)]
    [TestCase("10.0.0.0/8", "11.0.0.1", false)]
    public void A_proxy_is_known_by_its_address_or_its_network(string known, string address, bool expected) =>
        Assert.That(new ForwardingOptions { KnownProxies = [known] }.Knows(IPAddress.Parse(address)), Is.EqualTo(expected));
}
