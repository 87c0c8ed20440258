using InferenceService.Admission;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace Unit.InferenceService.Admission;

[TestFixture]
public sealed class AdmissionOptionsTests
{
    [Test]
    public void Every_limit_is_a_setting()
    {
        var options = Bind(("MaxNodes", "7"), ("OperatorDomains:0", "our.ops"), ("TimeLimit", "00:00:09"), ("MemoryLimitBytes", "1073741824"));

        Assert.That(options.MaxNodes, Is.EqualTo(7));
        Assert.That(options.OperatorDomains, Is.EqualTo(["our.ops"]));
        Assert.That(options.TimeLimit, Is.EqualTo(TimeSpan.FromSeconds(9)));
        Assert.That(options.MemoryLimitBytes, Is.EqualTo(1L << 30));
    }

    [TestCase("MaxNodes", "0")]
    [TestCase("MaxFileBytes", "4294967296")]
    [TestCase("MaxGraphDepth", "1000")]
    [TestCase("TimeLimit", "00:00:00")]
    [TestCase("MemoryLimitBytes", "1000")]
    public void A_limit_out_of_range_is_named(string name, string value) =>
        Assert.That(() => Bind((name, value)), Throws.TypeOf<OptionsValidationException>().With.Message.Contains(name));

    private static AdmissionOptions Bind(params (string Name, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Models:Admission:{setting.Name}", (string?)setting.Value))).Build());
        services.AddOptions<AdmissionOptions>().BindConfiguration("Models:Admission").ValidateDataAnnotations();
        return services.BuildServiceProvider().GetRequiredService<IOptions<AdmissionOptions>>().Value;
    }
}
