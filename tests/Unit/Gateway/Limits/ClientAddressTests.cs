using System.Net;
using Gateway.Limits;
using NUnit.Framework;

namespace Unit.Gateway.Limits;

public class ClientAddressTests
{
    [TestCase("192.0.2.7", "::ffff:192.0.2.7")]
    [TestCase("2001:db8:1:2::1", "2001:db8:1:2:ffff::9")]
    public void One_client_is_one_address(string one, string other) => Assert.That(Of(one), Is.EqualTo(Of(other)));

    [TestCase("192.0.2.7", "192.0.2.8")]
    [TestCase("2001:db8:1:2::1", "2001:db8:1:3::1")]
    public void Two_clients_are_two(string one, string other) => Assert.That(Of(one), Is.Not.EqualTo(Of(other)));

    private static ClientAddress Of(string address) => ClientAddress.Of(IPAddress.Parse(address));
}
