using System.Net;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Telemetry;

/// <summary>Whatever the tests of this tier have done so far, the logs of the suite tell nobody's secret.</summary>
[TestFixture]
public sealed class SecretsInLogsTests
{
    [Test]
    public async Task No_password_token_or_key_is_in_any_log()
    {
        using var user = await Caller.RegisteredAsync();
        await user.PredictAsync(TestImages.Png());
        using var wrong = await user.Http.PostAsync("/token", new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "password", ["username"] = "a@example.org", ["password"] = Caller.WrongPassword }));
        using var stranger = Caller.WithKey("isk_" + new string('z', 43));
        Assert.That((await stranger.Http.GetAsync("/v1/models")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));

        var suite = SuiteFixture.Suite;
        var secrets = Caller.Secrets.Append(Caller.WrongPassword).Concat(Directory.EnumerateFiles(Path.Combine(suite.Home, "secrets")).Select(file => File.ReadAllText(file).Trim()))
            .Where(secret => secret.Length >= 8).Distinct().ToArray();
        Assert.That(secrets, Has.Length.GreaterThan(5), "there is something to look for");

        var logs = Directory.GetFiles(Path.Combine(suite.Home, "logs"), "*", SearchOption.AllDirectories);
        Assert.That(logs, Is.Not.Empty);
        foreach (var log in logs)
        {
            using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            while (await reader.ReadLineAsync() is { } line)
                Assert.That(secrets.Where(secret => line.Contains(secret, StringComparison.Ordinal)).Select(secret => secret[..6]), Is.Empty, $"{Path.GetFileName(log)}: a line has a secret that begins so");
        }
    }
}
