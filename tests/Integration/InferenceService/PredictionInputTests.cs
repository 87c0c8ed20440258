using System.Net;
using Integration.StorageService;
using Integration.TrainingService;
using NUnit.Framework;
using TestSupport;

namespace Integration.InferenceService;

/// <summary>What predictions were made on, as TrainingService asks for it.</summary>
public class PredictionInputTests
{
    private readonly string rows = PackageFolder.NewModelName(), images = PackageFolder.NewModelName();
    private PackageFolder packages = null!;
    private StorageApplication storage = null!;
    private TrainingApplication training = null!;
    private InferenceApplication inference = null!;
    private HttpClient service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        packages = new PackageFolder();
        packages.WriteScorer(rows, "1");
        packages.WriteMaskDetector(images, "1");
        storage = await StorageApplication.StartNewAsync();
        training = await TrainingApplication.StartReadyAsync(packages, storage);
        inference = await InferenceApplication.StartReadyAsync(training, storage);
        service = await inference.ServiceAsync("training", "predictions");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        service.Dispose();
        await inference.DisposeAsync();
        await training.DisposeAsync();
        await storage.DisposeAsync();
        packages.Dispose();
    }

    [Test]
    public async Task A_row_is_answered_as_it_was_understood()
    {
        var item = (await inference.PredictAsync(rows).ReadAsync())["predictions"]![0]!.Text("id");
        var input = await service.GetAsync($"/internal/predictions/{item}/input").ReadAsync();
        Assert.That((input.Text("caller"), input.Text("model"), input.Text("version"), input.Text("kind")), Is.EqualTo(("caller-1", rows, "1", "row")));
        Assert.That(input["row"]!.ToJsonString(), Is.EqualTo("""{"abuse_type":"MSG","report_text_len":10,"profile_rating":1.5,"popularity":3}"""));
        Assert.That(await service.GetAsync($"/internal/predictions/{item}/image").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task An_image_is_answered_as_it_was_sent()
    {
        var image = TestImages.Png();
        using var form = new MultipartFormDataContent { { new ByteArrayContent(image), "file", "1.png" } };
        var item = (await inference.Caller.PostAsync($"/v1/models/{images}/predict", form).ReadAsync())["predictions"]![0]!.Text("id");
        Assert.That((await service.GetAsync($"/internal/predictions/{item}/input").ReadAsync()).Text("kind"), Is.EqualTo("image"));
        Assert.That(await service.GetByteArrayAsync($"/internal/predictions/{item}/image"), Is.EqualTo(image));
    }

    [Test]
    public async Task What_is_not_there_is_404_and_nobody_but_a_service_may_ask()
    {
        var item = (await inference.PredictAsync(rows).ReadAsync())["predictions"]![0]!.Text("id");
        foreach (var part in (string[])["input", "image"])
        {
            Assert.That(await service.GetAsync($"/internal/predictions/{Guid.CreateVersion7()}/{part}").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That(await inference.Caller.GetAsync($"/internal/predictions/{item}/{part}").StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden));
        }
    }
}
