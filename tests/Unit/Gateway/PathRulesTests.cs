using Gateway;
using NUnit.Framework;

namespace Unit.Gateway;

public class PathRulesTests
{
    [TestCase("/v1/models/..%2f..%2finternal")]
    [TestCase("/v1/models/..%2F..%2Finternal")]
    [TestCase("/v1/models/%252e%252e/internal")]
    [TestCase("/v1/models/%2e%2e/x")]
    [TestCase("/v1/models/..\\..\\internal")]
    [TestCase("/v1/models/%5c")]
    [TestCase("/v1/../internal")]
    [TestCase("/v1/models/..")]
    [TestCase("/v1/models/a\r\nX: y")]
    [TestCase("/v1/models/a\0")]
    public void What_could_mean_something_else_behind_is_not_plain(string path) => Assert.That(PathRules.IsPlain(path.Replace("%25", "%", StringComparison.Ordinal)), Is.False);

    [TestCase("/")]
    [TestCase("/v1/models/mask-detector/predict")]
    [TestCase("/v1/faces/identities/Åsa Ünal")]
    [TestCase("/v1/models/a..b")]
    [TestCase("/v1/models/v1.2")]
    public void Names_are(string path) => Assert.That(PathRules.IsPlain(path), Is.True);
}
