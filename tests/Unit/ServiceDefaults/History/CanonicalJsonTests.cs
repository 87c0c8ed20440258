using System.Text;
using System.Text.Json;
using NUnit.Framework;
using ServiceDefaults.History;

namespace Unit.ServiceDefaults.History;

public class CanonicalJsonTests
{
    [TestCase("""{"b":1,"a":{"d":true,"c":null}}""", """{"a":{"c":null,"d":true},"b":1}""", TestName = "Members_are_sorted_at_every_depth")]
    [TestCase("""[3, 1, 2]""", """[3,1,2]""", TestName = "Items_keep_their_order")]
    [TestCase("""[1e2, 100.0, 100, 0.10]""", """[100,100,100,0.1]""", TestName = "Numbers_of_one_value_have_one_spelling")]
    [TestCase("""["\u0041"]""", """["A"]""", TestName = "Escapes_have_one_spelling")]
    public void Writes(string value, string expected) =>
        Assert.That(Encoding.UTF8.GetString(CanonicalJson.Write(Parse(value))), Is.EqualTo(expected));

    [Test]
    public void Values_that_say_the_same_are_the_same() =>
        Assert.That(CanonicalJson.Same(Parse("""{"scale": 0.50, "name": "x"}"""), Parse("""{"name":"x","scale":0.5}""")), Is.True);

    [Test]
    public void Values_that_differ_are_not() =>
        Assert.That(CanonicalJson.Same(Parse("""{"a":1}"""), Parse("""{"a":"1"}""")), Is.False);

    private static JsonElement Parse(string json) => JsonElement.Parse(json);
}
