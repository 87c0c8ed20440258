using AuthService.Tokens;
using NUnit.Framework;

namespace Unit.AuthService.Tokens;

public class ServiceGrantTests
{
    [TestCase("gateway", "exchange", ExpectedResult = true)]
    [TestCase("inference", "objects", ExpectedResult = true)]
    [TestCase("inference", "registry", ExpectedResult = true)]
    [TestCase("training", "objects", ExpectedResult = true)]
    [TestCase("training", "inference", ExpectedResult = true)]
    [TestCase("training", "predictions", ExpectedResult = true)]
    [TestCase("feedback", "predictions", ExpectedResult = true)]
    [TestCase("feedback", "inference", ExpectedResult = false)]
    [TestCase("inference", "exchange", ExpectedResult = false)]
    [TestCase("feedback", "objects", ExpectedResult = false)]
    [TestCase("storage", "objects", ExpectedResult = false)]
    [TestCase("gateway", "admin", ExpectedResult = false)]
    [TestCase("gateway", "exchange objects", ExpectedResult = false)]
    [TestCase("stranger", "objects", ExpectedResult = false)]
    public bool A_service_may_have_what_the_table_says(string service, string scope) => ServiceGrant.MayHave(service, scope);
}
