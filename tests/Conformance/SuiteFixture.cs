using NUnit.Framework;
using TestSupport;

namespace Conformance;

/// <summary>One suite for the whole tier, started as a user starts it, with some models of the test data beside those that ship.</summary>
[SetUpFixture]
public sealed class SuiteFixture
{
    private static Suite? suite;

    public static Suite Suite => suite ?? throw new InvalidOperationException("The suite is not running.");

    [OneTimeSetUp]
    public async Task Start()
    {
        suite = await Suite.StartNewAsync(new Dictionary<string, string>
        {
            ["SUITE_MODELS"] = ModelFolder.Create(),
            ["Models__Execution__Tune"] = "false", // the answers are the same, and sooner there
        });
        using var client = suite.CreateClient();
        foreach (var model in ModelFolder.Models)
        {
            await Eventually.IsTrueAsync(
                async () =>
                {
                    using var answer = await client.GetAsync($"/v2/models/{model}/ready");
                    return answer.IsSuccessStatusCode;
                },
                $"{model} serves", () => suite.Log("inference-0"));
        }
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (suite is not null)
        {
            if (TestContext.CurrentContext.Result.FailCount > 0)
                TestContext.Progress.WriteLine($"{suite.Log("gateway")}{Environment.NewLine}{suite.Log("inference-0")}");
            await suite.DisposeAsync();
        }
        ModelFolder.Delete();
    }
}
