using NUnit.Framework;
using TrainingService.Datasets.Posting;

namespace Unit.TrainingService.Datasets;

public class ImageNamesTests
{
    [TestCase("cat/1.png", "cat")]
    [TestCase("train/with mask/a.b.jpg", "with mask")]
    [TestCase("a/b/c/d/e.png", "d")]
    public void The_last_folder_is_the_class(string name, string label)
    {
        Assert.That(ImageNames.LabelOf(name, out var problem), Is.EqualTo(label));
        Assert.That(problem, Is.Null);
    }

    [TestCase("1.png")]
    [TestCase("/cat/1.png")]
    [TestCase("../cat/1.png")]
    [TestCase("cat/..")]
    [TestCase("cat//1.png")]
    [TestCase("./cat/1.png")]
    [TestCase("c:/cat/1.png")]
    [TestCase("cat\\1.png")]
    [TestCase(" /1.png")]
    public void A_name_that_is_no_folder_and_file_is_refused(string name)
    {
        Assert.That(ImageNames.LabelOf(name, out var problem), Is.Null);
        Assert.That(problem, Is.Not.Null);
    }
}
