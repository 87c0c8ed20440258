using Learning.Reports;
using NUnit.Framework;

namespace Accuracy.Learning;

/// <summary>Reports of what was trained here, among the test results, for whoever wants to look.</summary>
internal static class RunReports
{
    public static void Attach(string name, RunReportData data)
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{name}.html");
        File.WriteAllText(path, RunReport.Html(data));
        TestContext.AddTestAttachment(path);
    }
}
