using System.Net;
using System.Net.Http.Headers;
using InferenceService;
using Integration.StorageService;
using Integration.TrainingService;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using TestSupport;

namespace Integration.InferenceService;

/// <summary>Somebody whose storage is full.</summary>
public class FullStorageTests
{
    [Test]
    public async Task They_predict_on_and_their_images_are_not_kept()
    {
        using var packages = new PackageFolder();
        var model = PackageFolder.NewModelName();
        packages.WriteMaskDetector(model, "1");
        await using var storage = await StorageApplication.StartNewAsync(new Dictionary<string, string> { ["Storage:UserQuotaBytes"] = "1024" });
        await using var training = await TrainingApplication.StartReadyAsync(packages, storage);
        await using var inference = await InferenceApplication.StartReadyAsync(training, storage);

        using var photo = new ByteArrayContent(TestImages.Png(320, 240)) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        var prediction = (await inference.Caller.PostAsync($"/v1/models/{model}/predict", photo).ReadAsync())["predictions"]![0]!;

        Assert.That(prediction.Text("label"), Is.Not.Empty);
        Assert.That(prediction["input"]!["object"], Is.Null, "the answer does not speak of an image that there is not");
        Assert.That((await inference.Caller.GetAsync($"/v1/predictions/{prediction.Text("id")}/image")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        await using var scope = inference.Services.CreateAsyncScope();
        Assert.That(await scope.ServiceProvider.GetRequiredService<InferenceDb>().PendingImages.CountAsync(), Is.Zero);
    }
}
