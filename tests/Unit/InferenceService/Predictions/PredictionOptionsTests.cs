using InferenceService.Predictions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace Unit.InferenceService.Predictions;

[TestFixture]
public sealed class PredictionOptionsTests
{
    [TestCase("Predictions:Images:MaxSidePixels", "0", "MaxSidePixels")]
    [TestCase("Predictions:Images:MaxPixels", "600000000", "MaxPixels")]
    [TestCase("Predictions:Images:MaxJpegScans", "0", "MaxJpegScans")]
    [TestCase("Predictions:MaxImageBytes", "0", "MaxImageBytes")]
    public void A_limit_that_makes_no_sense_is_named(string key, string value, string named) =>
        Assert.That(() => Bind(key, value), Throws.TypeOf<OptionsValidationException>().With.Message.Contains(named));

    [Test]
    public void The_decoder_gets_the_limits_that_are_set()
    {
        var options = Bind("Predictions:Images:MaxPixels", "1000");

        var limits = options.Images.ToLimits(options.MaxImageBytes);

        Assert.That((limits.MaxPixels, limits.MaxFileBytes, limits.MaxConcurrentDecodes), Is.EqualTo((1000, 32L << 20, Environment.ProcessorCount)));
    }

    private static PredictionOptions Bind(string key, string value)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build());
        services.AddOptions<PredictionOptions>().BindConfiguration("Predictions").ValidateDataAnnotations();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<PredictionOptions>>().Value;
    }
}
