using Gateway;
using NUnit.Framework;

namespace Unit.Gateway;

public class RequestIdsTests
{
    [TestCase("abc")]
    [TestCase("0193a4f1-7a10-7b3e-9d51-000000000001")]
    [TestCase("A.b_c-9")]
    public void A_sane_id_is_kept(string id) => Assert.That(RequestIds.Choose(id), Is.EqualTo(id));

    [TestCase("")]
    [TestCase("with space")]
    [TestCase("line\nbreak")]
    [TestCase("{\"json\":1}")]
    [TestCase("ümlaut")]
    [TestCase("../../etc/passwd")]
    public void Anything_else_is_replaced(string id) => Assert.That(RequestIds.Choose(id), Does.Match("^[0-9a-f]{32}$"));

    [Test]
    public void A_long_one_is_replaced() => Assert.That(RequestIds.Choose(new string('a', 65)), Has.Length.EqualTo(32));
}
